--- The contract of the service, as data: `operations` and `objects`.
return { operations = require "spec.contract.operations", objects = require "spec.contract.objects" }
