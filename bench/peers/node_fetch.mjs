// node_fetch.mjs AT_ONCE COUNT [show]: updates data sources by Node's fetch, so many at once, which has HTTP/1.1 only and keeps its
// connections. With `show` every answer is printed, one a line.
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
  const answer = await fetch(url, { method: "PATCH", headers, body: JSON.stringify(argument()) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

let left = Number(count); // shared: each worker takes the next one

async function work() {
  while (left-- > 0) {
    const answer = await update();
    if (show) console.log(JSON.stringify(answer));
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, work));
