--- calls.lua: the API calls that rows make, by name.
local calls <const> = {}

local ID <const> = "job-1"

local function new_job_table()
  return { id = ID, name = "Before", params = { app = { frames = { 1, 2, 3 }, text = "as it was" } } }
end

local function adopt(client)
  return client:job(new_job_table())
end

local function same_job(value, job)
  return value == job
end

--- `make` returns the job and a function that makes the call; `is_right` returns whether a value is
--- the result of a success.
calls.update = {
  title = "set_name",
  method = "PATCH",
  path = "/v1/customer/jobs/job-1/jobname",
  make = function(client)
    local job <const> = adopt(client)
    return job, function(limits)
      return job:set_name("After", limits)
    end
  end,
  is_right = function(value, job)
    return value == job and job.id == ID and job.name == "After"
  end,
}

calls.run = {
  title = "run",
  is_once_only = true,
  method = "POST",
  path = "/v1/customer/jobs/job-1/run",
  make = function(client)
    local job <const> = adopt(client)
    return job, function(limits)
      return job:run(nil, limits)
    end
  end,
  is_right = same_job,
}

calls.create = {
  title = "create_job",
  is_once_only = true,
  method = "POST",
  path = "/v1/customer/jobs",
  make = function(client)
    return nil,
      function(limits)
        return client:create_job({ templateId = "img-gen", name = "Created" }, limits)
      end
  end,
  is_right = function(value)
    return value.id == "new-job" and value.name == "Created"
  end,
}

calls.get = {
  title = "get_job",
  method = "GET",
  path = "/v1/customer/jobs/job-1",
  make = function(client)
    return nil, function(limits)
      return client:get_job(ID, limits)
    end
  end,
  is_right = function(value)
    return value.id == ID
  end,
}

calls.delete = {
  title = "delete",
  method = "DELETE",
  path = "/v1/customer/jobs/job-1",
  make = function(client)
    local job <const> = adopt(client)
    return job, function(limits)
      return job:delete(limits)
    end
  end,
  is_right = function(value)
    return value == true
  end,
}

-- 40 kB are more than half of a flow-control window.
calls.large_update = {
  title = "set_params of 40 kB",
  method = "PATCH",
  path = "/v1/customer/jobs/job-1/params",
  make = function(client)
    local job <const> = adopt(client)
    return job, function(limits)
      return job:set_params({ app = { text = ("y"):rep(40000) } }, limits)
    end
  end,
  is_right = same_job,
}

calls.request = {
  title = "request",
  method = "GET",
  path = "/v1/customer/jobs/job-1",
  make = function(client)
    return nil,
      function(limits)
        return client:request({ method = "GET", path = "/customer/jobs/job-1" }, limits)
      end
  end,
  is_right = function(value)
    return value.status == 200 and value.body:find("job-1", 1, true) ~= nil
  end,
}

-- The response has no body, whatever its headers say.
calls.head = {
  title = "request with HEAD",
  method = "HEAD",
  path = "/v1/customer/jobs/job-1",
  make = function(client)
    return nil,
      function(limits)
        return client:request({ method = "HEAD", path = "/customer/jobs/job-1" }, limits)
      end
  end,
  is_right = function(value)
    return value.status == 200 and value.body == "" and value.headers["content-length"] == nil
  end,
}

return calls
