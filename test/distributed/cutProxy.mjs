// A way to Redis that breaks: passes everything on, but cuts the connection in place of the answer to the first records
// that are appended. Prints its port.   node cutProxy.mjs PORT
import { connect, createServer } from "node:net";

const [port] = process.argv.slice(2);
let cut = false;
const server = createServer((client) => {
  const redis = connect(Number(port), "127.0.0.1");
  let next = (data) => client.write(data);
  client.on("data", (data) => {
    if (!cut && String(data).includes("op_code")) {
      cut = true;
      next = () => client.destroy();
    }
    redis.write(data);
  });
  redis.on("data", (data) => next(data));
  for (const [one, other] of [
    [client, redis],
    [redis, client],
  ]) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
});
server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}.`));
