/** The whole look of the customer's pages: one sheet, inlined, allowed by its hash. Colours keep a contrast of at least 4.5:1 in both schemes. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#f6f8f8;--card:#fff;--ink:#14201f;--quiet:#51605f;--line:#d9e1e0;--edge:#7c8b89;--teal:#0b6b70;--on:#fff;--good:#1a6b3c;--warn:#8a5300;--bad:#b3261e;--good-soft:#e4f3ea;--warn-soft:#fdf0db;--bad-soft:#fce9e7;--teal-soft:#e0f1f1}
@media(prefers-color-scheme:dark){:root{--paper:#0d1414;--card:#152020;--ink:#e7eeed;--quiet:#9fb0ae;--line:#2a3938;--edge:#748583;--teal:#5cc8cc;--on:#062021;--good:#6fd39a;--warn:#f0b95a;--bad:#ff9489;--good-soft:#12291c;--warn-soft:#2c2210;--bad-soft:#331a18;--teal-soft:#0f2a2b}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;font-variant-numeric:tabular-nums}
.shapes{position:absolute}
a{color:var(--teal);text-underline-offset:3px}
:focus-visible{outline:3px solid var(--teal);outline-offset:2px;border-radius:6px}
.wrap{max-width:680px;margin:0 auto;padding:0 16px}
.top{display:flex;align-items:center;gap:12px;padding-top:16px;padding-bottom:16px}
.top svg{width:44px;height:24px;flex:none;color:var(--teal)}
.top b{font-size:18px;line-height:1.3;overflow-wrap:anywhere}
.top nav{margin-left:auto}.top nav a{display:inline-block;padding:12px 0;font-size:15px}
.said{display:flex;gap:12px;padding:14px 16px;border-radius:12px;background:var(--good-soft);margin:0 0 16px}
.said svg{width:24px;height:24px;flex:none;color:var(--good)}
.said.wrong{background:var(--bad-soft)}.said.wrong svg{color:var(--bad)}
.said p{margin:0}
.acting{border-left:4px solid var(--warn);background:var(--warn-soft);padding:12px 16px;border-radius:0 12px 12px 0;margin:0 0 16px}
.acting p{margin:0}.acting p+p{margin-top:4px;font-size:15px}
.hero{display:flex;gap:16px;align-items:flex-start;padding:20px;border-radius:16px;background:var(--teal-soft);margin-bottom:16px}
.hero>svg{width:40px;height:40px;flex:none;color:var(--teal);margin-top:2px}
.hero.good{background:var(--good-soft)}.hero.good>svg{color:var(--good)}
.hero.you{background:var(--warn-soft)}.hero.you>svg{color:var(--warn)}
.hero.late{background:var(--bad-soft)}.hero.late>svg{color:var(--bad)}
.hero.ended{background:var(--card);border:1px solid var(--line)}.hero.ended>svg{color:var(--quiet)}
.hero>div{min-width:0}
.hero .number{margin:0 0 2px;font-size:15px;color:var(--quiet)}
.hero .number b{color:var(--ink);font-size:17px;letter-spacing:.02em;white-space:nowrap}
h1{font-size:27px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em;overflow-wrap:anywhere}
.hero p{margin:0}.hero p+p{margin-top:6px}
.hero .about{font-size:15px;color:var(--quiet);overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:20px;margin:0 0 16px}
.card.ask{border:2px solid var(--teal)}
h2{font-size:20px;line-height:1.3;margin:0 0 10px;overflow-wrap:anywhere}
h3{font-size:16px;margin:20px 0 6px}
.card>p{margin:0 0 12px}
label,legend{display:block;font-weight:600;margin:0 0 6px;padding:0}
fieldset{border:0;margin:0 0 16px;padding:0;min-width:0}
.hint{display:block;font-size:14px;color:var(--quiet);font-weight:400;margin:4px 0 0}
textarea,input[type=text],input[type=email],input[type=tel],input[type=date],select{display:block;width:100%;font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--edge);border-radius:10px;padding:11px 12px;min-height:48px}
textarea{min-height:120px;resize:vertical}
input[type=file]{display:block;width:100%;font:inherit;font-size:15px;padding:8px 0;min-height:48px}
input[type=file]::file-selector-button{font:inherit;color:var(--teal);background:none;border:1px solid var(--edge);border-radius:10px;padding:9px 14px;margin-right:12px}
input.code{font-size:26px;letter-spacing:.3em;max-width:11em}
.field{margin:0 0 16px}
.choice{display:flex;gap:10px;align-items:flex-start;font-weight:400;margin:0;padding:9px 0;overflow-wrap:anywhere}
.choice input{width:22px;height:22px;flex:none;margin:1px 0 0;accent-color:var(--teal)}
button{font:inherit;font-weight:600;min-height:48px;padding:11px 20px;border-radius:12px;border:2px solid var(--teal);background:var(--teal);color:var(--on);cursor:pointer}
button.second{background:none;color:var(--teal)}
button.stop{background:none;border-color:var(--bad);color:var(--bad)}
.pair{display:grid;gap:12px;margin:0 0 4px}
.pair button{display:flex;align-items:center;justify-content:center;gap:10px;font-size:19px;min-height:64px;width:100%}
.pair svg{width:26px;height:26px;flex:none}
.pair .yes{background:var(--good);border-color:var(--good);color:var(--on)}
.pair .no{background:none;border-color:var(--bad);color:var(--bad)}
dl{margin:0;display:grid;gap:12px}
dt{font-size:15px;color:var(--quiet)}dd{margin:0;font-size:18px;line-height:1.35;font-weight:600}
dd small{display:block;font-size:14px;font-weight:600}
.overdue{color:var(--bad)}.stands{color:var(--warn)}
details{border-top:1px solid var(--line)}
details:last-of-type{border-bottom:0}
summary{cursor:pointer;padding:13px 0;font-weight:600;color:var(--teal)}
form+details,form+p{margin-top:20px}
details>form,details>p{margin:0 0 16px}
ul.ways{list-style:none;margin:0;padding:0}
.ways li{border-top:1px solid var(--line)}
.ways a{display:block;padding:13px 0;font-weight:600;text-decoration:none}
ul.plain{list-style:none;margin:0 0 8px;padding:0}
.plain li{padding:12px 0;border-top:1px solid var(--line)}.plain li:first-child{border-top:0;padding-top:0}
.plain b{display:block;overflow-wrap:anywhere}.plain span{display:block;font-size:15px;color:var(--quiet)}
.plain form{margin:8px 0 0}
ol.thread{list-style:none;margin:0;padding:0}
.thread>li{position:relative;padding:0 0 20px 28px}
.thread>li:last-child{padding-bottom:0}
.thread>li:before{content:"";position:absolute;left:4px;top:6px;width:11px;height:11px;border-radius:50%;border:2px solid var(--teal);background:var(--card)}
.thread>li:first-child:before,.thread>li.mine:before{background:var(--teal)}
.thread>li.kept:before{border-color:var(--good);background:var(--good)}
.thread>li.broken:before{border-color:var(--bad);background:var(--bad);border-radius:2px}
.thread>li:after{content:"";position:absolute;left:9px;top:19px;bottom:-4px;width:2px;border-radius:2px;background:var(--teal);opacity:.45}
.thread>li:last-child:after{display:none}
.thread b{display:block;line-height:1.45;overflow-wrap:anywhere}
.thread .when{color:var(--quiet);font-size:14px}
.thread p{margin:6px 0 0;white-space:pre-line;overflow-wrap:anywhere}
.thread p.note{font-size:15px;color:var(--quiet);margin-top:2px}
.thread>.ours p.body{background:var(--teal-soft);padding:10px 14px;border-radius:4px 14px 14px 14px}
.thread>.mine p.body{background:var(--paper);border:1px solid var(--line);padding:10px 14px;border-radius:4px 14px 14px 14px}
ul.files{list-style:none;margin:6px 0 0;padding:0}
.files a,.files span{display:inline-block;padding:6px 0;overflow-wrap:anywhere}
.pages{display:flex;justify-content:space-between;gap:16px;margin:16px 0 0}
.pages a{padding:10px 0}
a.phone{display:inline-block;font-size:20px;font-weight:600;padding:8px 0;text-decoration:none}
.back{display:inline-block;padding:10px 0;margin:0 0 6px}
.trap{position:absolute;left:-9999px;width:1px;height:1px;overflow:hidden}
[hidden]{display:none}
footer.wrap{margin-top:28px;padding-top:16px;padding-bottom:40px;border-top:1px solid var(--line);font-size:14px;color:var(--quiet)}
footer p{margin:0 0 4px}
@media(min-width:560px){.wrap{padding:0 24px}.top{padding-top:24px;padding-bottom:24px}.hero,.card{padding:26px}h1{font-size:33px}.hero>svg{width:52px;height:52px}.pair{grid-template-columns:1fr 1fr}.halves{display:grid;grid-template-columns:1fr 1fr;gap:0 20px}}
@media(prefers-reduced-motion:no-preference){button,a{transition:opacity .1s}button:active{opacity:.75}}
@media print{body{background:#fff}form,details,nav,.ways{display:none}.hero,.card{border:1px solid #999;break-inside:avoid}}
`.replaceAll('\n', '');
