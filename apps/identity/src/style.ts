/** How the provider's pages look: one column, quiet colours, on a phone as on a desk. */

/** Colours with a contrast of at least 4.5 : 1 (WCAG 2.2 AA) on both grounds. */
export const styleSheet = `
:root { --ground: #fbfaf7; --card: #fff; --ink: #1d2329; --soft: #56606a; --line: #d8d4ca; --accent: #1f6f5c; --on: #fff;
  --warn: #8a4f00; --warn-ground: #fff3dc;
  font: 16px/1.6 system-ui, -apple-system, 'Segoe UI', 'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14181b; --card: #1b2024; --ink: #e6e4de; --soft: #a3adb5; --line: #343c42; --accent: #6cc3aa; --on: #10231d;
    --warn: #f0b45a; --warn-ground: #3a2c12; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); }
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; flex-wrap: wrap; }
h1 { margin: 0; font-size: 1.8rem; font-weight: 600; line-height: 1.25; }
h2 { margin: 1.75rem 0 .5rem; font-size: 1rem; font-weight: 600; color: var(--soft); }
a { color: var(--accent); }
.over { margin: 0; color: var(--soft); font-size: .9rem; letter-spacing: .04em; }
.lead, .fault { color: var(--soft); }
.demo { margin: 1rem 0 1.5rem; padding: .75rem 1rem; border-left: .35rem solid var(--warn); background: var(--warn-ground);
  font-weight: 600; }
nav { display: flex; flex-wrap: wrap; gap: .4rem; }
nav a { padding: .4rem .9rem; border: 1px solid var(--line); border-radius: 99px; background: var(--card);
  text-decoration: none; color: inherit; }
nav a[aria-current] { background: var(--accent); border-color: var(--accent); color: var(--on); }
.accounts { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }
.accounts button { display: grid; width: 100%; height: 100%; min-height: 3.25rem; padding: .6rem .9rem;
  text-align: left; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; cursor: pointer; }
.accounts button:hover { border-color: var(--accent); }
.accounts strong { font-weight: 600; overflow-wrap: anywhere; }
.accounts span, .accounts code { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
code { font-family: ui-monospace, 'SFMono-Regular', Consolas, monospace; }
.choices { display: flex; gap: .75rem; flex-wrap: wrap; }
.main, .plain { font: inherit; min-height: 2.75rem; padding: .4rem 1.25rem; border-radius: .6rem; cursor: pointer;
  border: 1px solid var(--line); }
.main { background: var(--accent); border-color: var(--accent); color: var(--on); font-weight: 600; }
.plain { background: var(--card); color: inherit; }
.end { margin-top: 2rem; }
a:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;
