import { severities } from '../../../model/index.ts';

// Long, since it is a style sheet. Colours are named once for light and once for dark; text keeps 4.5:1 on both.
const light = `
  --page: #f6f7f9; --card: #ffffff; --ink: #16191d; --soft: #545c66; --line: #d9dee4; --code: #eef1f4; --link: #0b57a4;
  --critical: #a3123a; --high: #b4380f; --medium: #805500; --low: #0b6077; --info: #545c66; --good: #1b6b3a; --unknown: #6a3fa0;
  --critical-wash: #fde8ed; --high-wash: #fdebe2; --medium-wash: #fdf3d8; --low-wash: #e2f3f7; --info-wash: #eceff2; --good-wash: #e4f4ea; --unknown-wash: #f1eafa;
  --open: #b3123f; --open-ink: #ffffff; --known: #d5e3f3; --known-ink: #123a66; --maybe: #fbe3a6; --maybe-ink: #5a3d00;
`;
const dark = `
  --page: #101317; --card: #191d23; --ink: #e8ebef; --soft: #a4adb8; --line: #323942; --code: #242a32; --link: #8cc2ff;
  --critical: #ff8aa5; --high: #ff9d73; --medium: #f0c052; --low: #6fcbe3; --info: #a4adb8; --good: #74d198; --unknown: #c8a5f5;
  --critical-wash: #42141f; --high-wash: #3d2014; --medium-wash: #372b0d; --low-wash: #10303a; --info-wash: #262c33; --good-wash: #143322; --unknown-wash: #2d2040;
  --open: #c2224f; --open-ink: #ffffff; --known: #1f3a58; --known-ink: #cfe3fa; --maybe: #57430f; --maybe-ink: #ffe19a;
`;

/** A box that is cleared hides the cards of its severity; a check that is dimmed says that it is off. */
const filters = severities
  .map(
    (severity) =>
      `body:has(#show-${severity}:not(:checked)) .card.${severity}{display:none}` +
      `.badge.${severity}{color:var(--${severity});background:var(--${severity}-wash)}` +
      `.card.${severity}{border-left-color:var(--${severity})}` +
      `.tile.${severity} .number{color:var(--${severity})}` +
      `td.n.${severity}{color:var(--${severity});font-weight:700}`,
  )
  .join('\n');

const healths = [
  ['compromised', 'critical'],
  ['exposed', 'critical'],
  ['weak', 'medium'],
  ['unknown', 'unknown'],
  ['sound', 'good'],
]
  .map(
    ([health, color]) =>
      `.badge.health-${health}{color:var(--${color});background:var(--${color}-wash)}` +
      `.hero.health-${health},.verdict.health-${health}{border-color:var(--${color});background:var(--${color}-wash)}` +
      `.hero.health-${health} h1{color:var(--${color})}`,
  )
  .join('\n');

export const style = `
:root{${light}color-scheme:light dark;--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif}
main,.top,footer{max-width:68rem;margin:0 auto;padding:0 1.25rem}
.top{display:flex;justify-content:space-between;align-items:baseline;gap:1rem;padding-top:1.5rem;padding-bottom:1rem}
.brand{font-weight:800;letter-spacing:.01em;font-size:1.1rem}
.date,.hint,.id,.at,.ends,.left,footer{color:var(--soft)}
footer{padding-top:1rem;padding-bottom:3rem;font-size:.875rem}
h1,h2,h3,h4,p,ul,ol,dl,dd{margin:0}
h1{font-size:clamp(1.6rem,4.5vw,2.4rem);line-height:1.15;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:1.25rem;line-height:1.3;overflow-wrap:anywhere}
h3{font-size:1.05rem;margin-bottom:.75rem}
h4{font-size:1rem;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:.15em;overflow-wrap:anywhere}
code{font-family:var(--mono);font-size:.875em;background:var(--code);padding:.1em .35em;border-radius:.3em;overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:.2rem}
.spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.badge{display:inline-block;font-size:.75rem;font-weight:700;letter-spacing:.04em;text-transform:uppercase;padding:.15rem .5rem;border-radius:.35rem;white-space:nowrap}
.count{margin-left:.5rem;font-weight:600;color:var(--soft)}
.id{font-family:var(--mono);font-size:.8125rem;overflow-wrap:anywhere}
.at{font-weight:400;font-size:.875rem}

.alarm{border:2px solid var(--critical);background:var(--critical-wash);border-radius:.75rem;padding:1.1rem 1.35rem;margin-bottom:1.25rem}
.alarm h2{color:var(--critical);margin-bottom:.5rem}
.alarm ul{padding-left:1.2rem;margin-bottom:.6rem}
.alarm li{overflow-wrap:anywhere;margin-bottom:.3rem}

.hero{display:grid;grid-template-columns:3fr 2fr;gap:1.5rem 2.5rem;border:1px solid;border-left-width:6px;border-radius:.75rem;padding:1.75rem 1.75rem 1.6rem}
.hero:not(:has(.first)){grid-template-columns:1fr}
.eyebrow{margin-bottom:.3rem;color:var(--soft);overflow-wrap:anywhere}
.rest{margin-top:.6rem;color:var(--soft)}
.sentence{margin-top:.75rem;font-size:1.15rem;overflow-wrap:anywhere;text-wrap:pretty}
.hero code,.alarm code{background:transparent;padding:0;font-weight:600}
.first h2{font-size:.8125rem;text-transform:uppercase;letter-spacing:.06em;color:var(--soft);margin-bottom:.4rem}
.first ol{padding-left:1.2rem}
.first strong{display:block}
.first li{margin-bottom:.45rem;font-size:.9375rem;overflow-wrap:anywhere}

.filters{border:0;padding:0;min-inline-size:0;margin:1.25rem 0 0;display:grid;grid-template-columns:repeat(7,1fr);gap:.6rem}
.filters legend{padding:0;margin-bottom:.45rem;font-size:.8125rem;color:var(--soft)}
.tile{position:relative;background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.6rem .8rem .55rem;display:flex;flex-direction:column}
label.tile{cursor:pointer}
.tile input{position:absolute;top:.6rem;right:.6rem;width:1rem;height:1rem;accent-color:var(--soft);margin:0}
.tile:has(input:not(:checked)){opacity:.6}
.number{font-size:1.6rem;font-weight:750;line-height:1.15;font-variant-numeric:tabular-nums}
.word{font-size:.8125rem;color:var(--soft)}
.tile.unknown .number{color:var(--unknown)}
.tile.passed .number{color:var(--good)}

.scroll{overflow-x:auto;position:relative}
table{border-collapse:separate;border-spacing:0;width:100%;font-size:.9375rem}
th{text-align:left;font-weight:600}
.overview{background:var(--card);border:1px solid var(--line);border-radius:.6rem;margin-top:1.25rem}
.overview th,.overview td{padding:.5rem .75rem;border-bottom:1px solid var(--line)}
.overview tbody tr:last-child>*{border-bottom:0}
.overview thead th{font-size:.8125rem;color:var(--soft)}
.overview tbody th{font-family:var(--mono);font-size:.8125rem;overflow-wrap:anywhere;min-width:12rem}
.overview thead th:nth-child(n+4),.n{text-align:right;font-variant-numeric:tabular-nums}
.zero{color:var(--soft)}
.n.some{color:var(--unknown);font-weight:700}
.failures{margin-top:1.5rem}
.failures h2{font-size:1.05rem;margin-bottom:.5rem}

.server{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.5rem 1.75rem;margin-top:1.75rem}
.server h2{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem .75rem;margin-bottom:1rem;scroll-margin-top:1rem}
.name{font-family:var(--mono);font-size:1.1rem}
.fold>summary{list-style:none;display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.5rem}
.fold>summary::-webkit-details-marker{display:none}
.fold>summary h2{margin:0}
.fold>summary h2::before{content:'\\25b8';color:var(--soft);font-size:1rem}
.fold[open]>summary h2::before{content:'\\25be'}
.server:has(>.fold:not([open])){padding-top:.8rem;padding-bottom:.8rem;margin-top:.6rem}
.fold{margin:0}
.fold[open]>summary{margin-bottom:1rem}
.counts{color:var(--soft);font-size:.875rem}
.verdict{border-left:4px solid;border-radius:.3rem;padding:.7rem 1rem;font-weight:600;overflow-wrap:anywhere}
.part{margin-top:1.75rem}
h2+.part{margin-top:0}
.part+.verdict{margin-top:1.25rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.1rem;font-size:.9375rem}
.server>dl,.fold>dl{margin-top:1rem}
dt{color:var(--soft)}
dd{overflow-wrap:anywhere;min-width:0}
dd ul{padding-left:1.1rem}

.exposure thead th{font-size:.8125rem;font-weight:600;color:var(--soft);padding:.3rem .2rem;text-align:center}
.exposure thead th:first-child{text-align:left;padding-left:0}
.exposure tbody th{padding:.4rem .75rem .4rem 1rem;font-weight:500;min-width:10rem;overflow-wrap:anywhere}
.exposure tbody th.place{padding:1rem 0 .4rem;font-weight:650}
.exposure td.refused{padding:.2rem 0 .3rem 1rem;color:var(--soft)}
.exposure td.mark{padding:.4rem .2rem;min-width:3.4rem}
.mark{text-align:center;border:2px solid var(--card);border-radius:.5rem;font-weight:700}
.mark.certain{background:var(--known);color:var(--known-ink)}
.mark.certain.open{background:var(--open);color:var(--open-ink)}
.mark.possible{background:var(--maybe);color:var(--maybe-ink)}
.mark.no{color:var(--soft)}
td.mark[title]{cursor:help}
.legend{margin-top:.7rem;font-size:.8125rem;color:var(--soft)}
.legend .mark{display:inline-block;width:1.7rem;margin-left:.5rem}
.legend .mark:first-child{margin-left:0}
.unknown-box{margin-top:.8rem;border-left:4px solid var(--unknown);background:var(--unknown-wash);padding:.55rem .9rem;border-radius:.3rem;font-size:.9375rem;overflow-wrap:anywhere}
.unknown-box strong{color:var(--unknown)}

details{margin-top:.8rem}
summary{cursor:pointer;color:var(--link);font-size:.9375rem}
.fold>summary{color:inherit}
.why{margin-top:.6rem;padding-left:1rem;border-left:2px solid var(--line);font-size:.875rem;overflow-wrap:anywhere}
.why p{margin-top:.35rem}
.whom{font-weight:600;color:var(--soft)}

.card{border:1px solid var(--line);border-left:5px solid;border-radius:.5rem;padding:.9rem 1.1rem 1rem;margin-top:.75rem}
.card header{display:flex;flex-wrap:wrap;align-items:center;gap:.35rem .7rem;margin-bottom:.6rem}
.card header .id{margin-left:auto}
.card.sign{background:var(--critical-wash)}
.todo{padding-left:1.5rem}
.todo>li{margin-bottom:.9rem;padding-left:.3rem;overflow-wrap:anywhere}
.todo>li::marker{font-weight:700}
.todo .urgent strong{color:var(--critical)}
.goals{list-style:none;padding:0;margin:.35rem 0;display:flex;flex-wrap:wrap;gap:.3rem .4rem}
.goals .left{font-size:.875rem}
.ends{font-size:.875rem}
.plain{list-style:none;padding:0;margin-top:.5rem;font-size:.9375rem}
.plain li{padding:.35rem 0 .35rem 1.5rem;position:relative;overflow-wrap:anywhere}
.plain li.unknown::before,.plain li.passed::before{position:absolute;left:.2rem;font-weight:700}
.plain li.unknown::before{content:'?';color:var(--unknown)}
.plain li.passed::before{content:'✓';color:var(--good)}
.plain ul{list-style:none;padding:0}
.plain li li{padding:.15rem 0 .15rem .9rem}
.links{list-style:none;padding:0!important;font-size:.875rem}
.left{margin-top:.6rem}

${filters}
${healths}

@media screen and (max-width:46rem){
  main,.top,footer{padding-left:.9rem;padding-right:.9rem}
  .hero{grid-template-columns:1fr;padding:1.25rem}
  .filters{grid-template-columns:repeat(4,minmax(0,1fr));gap:.4rem}
  .tile{padding:.5rem .6rem}
  .tile input{top:.45rem;right:.4rem}
  .server{padding:1.1rem 1rem}
  .card header .id{margin-left:0;width:100%}
  .card dl,.server>dl,.fold>dl{grid-template-columns:1fr;gap:.1rem}
  dt{margin-top:.4rem;font-size:.8125rem}
  .exposure td.refused{padding:.2rem 0 .3rem 1rem;color:var(--soft)}
.exposure td.mark{min-width:2.6rem}
  .exposure tbody th{min-width:8rem;padding-left:.5rem}
  .exposure thead th span{font-size:.6875rem}
}
@media print{
  :root{${light}color-scheme:light;--page:#fff}
  body{font-size:10.5pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
  main,.top,footer{max-width:none;padding-left:0;padding-right:0}
  .filters legend,.tile input{display:none}
  .server{border:0;padding:0;margin-top:2rem}
  .card,.hero,.alarm,.tile,tr,.exposure tbody,.todo>li{break-inside:avoid}
  h2,h3{break-after:avoid}
  .scroll{overflow:visible}
  details::details-content{content-visibility:visible;display:block}
  summary{list-style:none;color:var(--soft)}
  a{color:inherit}
}
`.trim();
