// Random edits of a manuscript, taken back and done again: run by test_desk_page.py.

const [folder, seeds] = process.argv.slice(2);
globalThis.CustomEvent ??= class extends Event {
  constructor(type, given) {
    super(type);
    this.detail = given?.detail;
  }
};
const { Manuscript } = await import(`${folder}/manuscript.js`);
const { pack, unpack } = await import(`${folder}/marks.js`);

const places = (words) => JSON.stringify(words.map(({ start, stop, run }) => [start, stop, run]));
const state = (one) => one.text + places(one.words);

function check(one, seed) {
  let end = 0;
  for (const { start, stop } of one.words) {
    if (start < end || stop <= start || stop > one.text.length)
      throw new Error(`seed ${seed}: a word from ${start} to ${stop}`);
    end = stop;
  }
  if (places(unpack(pack(one.words), one.text)) !== places(one.words))
    throw new Error(`seed ${seed}: words packed and unpacked differ`);
}

function edit(one, random) {
  const start = random(one.text.length + 1);
  const stop = Math.min(one.text.length, start + (random(3) ? 0 : random(6)));
  const put = "夜里下了大雪".slice(0, random(6));
  const kind = ["type", "", "run a", "ime 1"][random(4)];
  const written = kind.startsWith("run") && put.length > 1;
  const words = written
    ? [
        { start: 0, stop: 1, run: "a" },
        { start: 1, stop: put.length, run: "a" },
      ]
    : [];
  const kept = one.text.slice(0, start) + put + one.text.slice(stop);
  one.replace(start, stop, put, { words, kind });
  if (one.text !== kept) throw new Error("the text is not what was asked for");
}

for (let seed = 1; seed <= Number(seeds); seed += 1) {
  let value = seed * 7919;
  const random = (below) => (value = (value * 1103515245 + 12345) % 2147483648) % below;
  const one = new Manuscript();
  const before = state(one);
  for (let i = 0; i < 30; i += 1) {
    edit(one, random);
    check(one, seed);
  }
  const states = [state(one)];
  while (one.undo()) {
    check(one, seed);
    states.push(state(one));
  }
  if (states.pop() !== before) throw new Error(`seed ${seed}: not all was taken back`);
  while (one.redo())
    if (state(one) !== states.pop()) throw new Error(`seed ${seed}: done again, it differs`);
}
console.log("right");
