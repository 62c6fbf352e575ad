/** The report's style sheet: light and dark by the reader's choice, one column on a phone. */
export const STYLE: string = `
:root {
  color-scheme: light dark;
  --paper: #fcfcfa; --card: #ffffff; --ink: #1b2026; --soft: #5d6671; --line: #e2e4e1;
  --train: #1f6f8b; --validate: #c8553d; --right: #2a8c82; --wrong: #c8553d; --bar: #cfd6d4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161a; --card: #191f24; --ink: #e8eaea; --soft: #98a3ad; --line: #2b333a;
    --train: #5cb8d6; --validate: #f08a6e; --right: #4fb9ad; --wrong: #f08a6e; --bar: #3a444c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
header { display: grid; grid-template-columns: 1fr auto; gap: 0 2rem; align-items: end; }
header > * { min-width: 0; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.015em; }
h2 { font-size: 1.15rem; margin: 3rem 0 .75rem; letter-spacing: -.005em; }
p { margin: .25rem 0; } .soft, figcaption, dt { color: var(--soft); } .small { font-size: .875rem; }
.score { text-align: right; } .score b { display: block; font-size: 3.25rem; line-height: 1; letter-spacing: -.03em; font-weight: 650; }
.contenders { margin: 1.75rem 0 0; display: grid; grid-template-columns: fit-content(45%) 1fr max-content; gap: .4rem .9rem; align-items: center; }
.contenders i { display: block; height: .6rem; border-radius: .3rem; background: var(--bar); min-width: 2px; }
.contenders > :nth-child(3n) { text-align: right; } .contenders .own { font-weight: 600; } .contenders i.own { background: var(--right); }
.beside { display: grid; gap: 0 3rem; } .beside > * { min-width: 0; }
@media (min-width: 58rem) { .beside { grid-template-columns: max-content 1fr; } }
.pair { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem; }
figure { margin: 0; min-width: 0; } figure h3 { font-size: .95rem; margin: 0 0 .25rem; font-weight: 600; }
figure svg { display: block; width: 100%; height: auto; overflow: visible; }
.key { display: inline-flex; gap: .4em; align-items: center; margin-right: 1.1em; font-size: .875rem; color: var(--soft); }
.key::before { content: ""; width: 1.1em; height: 3px; border-radius: 2px; background: var(--key); }
.scroll { overflow-x: auto; margin: 0 -1.25rem; padding: 0 1.25rem; }
table { border-collapse: collapse; font-size: .9rem; }
th { font-weight: 500; color: var(--soft); text-align: left; }
.list { width: 100%; } .list td, .list th { padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.list tfoot td { border-bottom: 0; font-weight: 600; }
.list td.n, .list th.n { text-align: right; white-space: nowrap; } .list tr > :last-child { padding-right: 0; }
.matrix td, .matrix th { min-width: 2.3rem; height: 2.2rem; padding: 0 .35rem; text-align: center; }
.matrix tbody th { text-align: right; white-space: nowrap; } .matrix td { border: 2px solid var(--paper); border-radius: 6px; }
.matrix td.none { color: var(--line); } .matrix .rate { color: var(--soft); text-align: right; padding-left: .9rem; border: 0; }
.matrix .axis { font-size: .8rem; text-align: left; height: 1.5rem; }
.right { background: color-mix(in srgb, var(--right) calc(14% + 44% * var(--share)), var(--card)); }
.wrong { background: color-mix(in srgb, var(--wrong) calc(20% + 44% * var(--share)), var(--card)); font-weight: 600; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr)); gap: .9rem; }
.gallery figure { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .6rem .6rem .45rem; }
.gallery figcaption { font-size: .8rem; margin-top: .4rem; line-height: 1.35; } .gallery b { color: var(--ink); }
.memory { display: flex; height: .9rem; border-radius: .45rem; overflow: hidden; margin: .75rem 0 .6rem; gap: 2px; }
.memory i { min-width: 3px; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; } .legend .key::before { width: .7em; height: .7em; border-radius: 2px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.25rem; margin: 0; font-size: .9rem; } dd { margin: 0; min-width: 0; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .75rem 1rem; white-space: pre-wrap; margin: .5rem 0 1.25rem; }
pre span { white-space: nowrap; } pre, code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875rem; }
@media (max-width: 40rem) {
  body { padding-top: 1.5rem; } header { grid-template-columns: 1fr; } .score { text-align: left; margin-top: 1rem; }
  h2 { margin-top: 2.25rem; } .matrix td, .matrix th { min-width: 1.95rem; padding: 0 .2rem; height: 1.95rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
  .gallery { grid-template-columns: repeat(auto-fill, minmax(5.2rem, 1fr)); }
}
@media print { body { max-width: none; padding: 0; } h2, figure { break-inside: avoid; } }
`.trim();
