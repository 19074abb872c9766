// node_fetch.mjs AT_ONCE COUNT [show]: updates data sources by Node's fetch, AT_ONCE at once. It has only HTTP/1.1, and keeps its
// connections. With `show` every response is printed on a line.
const { BENCH_BASE_URL, BENCH_JOB_ID, BENCH_TOKEN } = process.env;
const [atOnce, count, show] = process.argv.slice(2);

const url = `${BENCH_BASE_URL}/customer/jobs/${BENCH_JOB_ID}/datasource`;
const headers = { Authorization: BENCH_TOKEN, "Content-Type": "application/json", Accept: "application/json" };

const argument = () => ({
  dataSource: {
    dataSourceDescriptor: "url",
    params: {
      "@type": "type.googleapis.com/bytenite.data_source.HttpDataSource",
      url: "https://files.example.org/batches/7/in.txt",
    },
  },
  dataDestination: { dataSourceDescriptor: "bucket" },
});

async function update() {
  const response = await fetch(url, { method: "PATCH", headers, body: JSON.stringify(argument()) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

let left = Number(count); // shared: each worker takes the next one

async function work() {
  while (left-- > 0) {
    const response = await update();
    if (show) console.log(JSON.stringify(response));
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, work));
