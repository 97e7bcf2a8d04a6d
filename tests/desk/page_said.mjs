// What the server says, as the Chinese page says it: run by test_said.py, messages in and out as JSON.

const [folder] = process.argv.slice(2);
globalThis.location = { search: "?language=zh" };
const { said } = await import(`${folder}/said.js`);

let given = "";
for await (const part of process.stdin) given += part;
console.log(JSON.stringify(JSON.parse(given).map(said)));
