// Runs the module given as the one argument; ends with 0 if its handshake went well.
import { readFileSync } from "node:fs";
import { randomFillSync } from "node:crypto";

const bytes = (start, length) => new Uint8Array(instance.exports.memory.buffer, start, length);
const host = {
  now: () => Date.now(),
  random: (start, length) => randomFillSync(bytes(start, length)),
  print: (start, length) => console.log(new TextDecoder().decode(bytes(start, length))),
};
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { host });
process.exit(instance.exports.run());
