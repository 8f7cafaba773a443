// Reads Mermaid texts, a JSON object on standard input, with Mermaid's own parser, and answers what
// it found: states and arrows by key, composite states opened. Run where `mermaid` and `jsdom` are.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.cwd()}/`);
const { JSDOM } = require('jsdom');
const { window } = new JSDOM('');
globalThis.window = window;
globalThis.document = window.document;
const entry = require.resolve('mermaid').replace(/mermaid\.core\.mjs$|mermaid\.js$/, 'mermaid.core.mjs');
const mermaid = (await import(pathToFileURL(entry))).default;

function counted(doc) {
  const found = { states: new Set(), arrows: 0 };
  for (const one of doc ?? []) {
    if (one.stmt === 'relation') found.arrows += 1;
    for (const state of one.stmt === 'relation' ? [one.state1, one.state2] : [one]) {
      if (state.stmt === 'state') found.states.add(state.id);
    }
    const inner = counted(one.doc);
    inner.states.forEach((state) => found.states.add(state));
    found.arrows += inner.arrows;
  }
  return found;
}

await mermaid.parse('stateDiagram-v2\na --> b'); // loads that kind of diagram
const answers = {};
for (const [key, text] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
  try {
    const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
    const { states, arrows } = counted(diagram.db.getRootDocV2?.().doc ?? diagram.db.getRootDoc());
    answers[key] = { type: diagram.type, states: [...states].sort(), arrows };
  } catch (error) {
    answers[key] = { error: String(error) };
  }
}
console.log(JSON.stringify(answers));
