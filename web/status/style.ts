/** The whole look of the public pages: one sheet, inlined, allowed by its hash. Colours keep a contrast of at least 4.5:1 in both schemes. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#f6f8f8;--card:#fff;--ink:#14201f;--quiet:#51605f;--line:#d9e1e0;--teal:#0b6b70;--good:#1a6b3c;--warn:#8a5300;--bad:#b3261e;--good-soft:#e4f3ea;--warn-soft:#fdf0db;--bad-soft:#fce9e7;--teal-soft:#e0f1f1}
@media(prefers-color-scheme:dark){:root{--paper:#0d1414;--card:#152020;--ink:#e7eeed;--quiet:#9fb0ae;--line:#2a3938;--teal:#5cc8cc;--good:#6fd39a;--warn:#f0b95a;--bad:#ff9489;--good-soft:#12291c;--warn-soft:#2c2210;--bad-soft:#331a18;--teal-soft:#0f2a2b}}
*{box-sizing:border-box}
.shapes{position:absolute}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;font-variant-numeric:tabular-nums}
a{color:var(--teal);text-underline-offset:3px}
a:focus-visible{outline:3px solid var(--teal);outline-offset:3px;border-radius:4px}
.wrap{max-width:760px;margin:0 auto;padding:0 16px}
.top{display:flex;align-items:center;gap:12px;padding-top:16px;padding-bottom:16px}
.top svg{width:44px;height:24px;flex:none;color:var(--teal)}
.top b{font-size:18px;line-height:1.3;overflow-wrap:anywhere}
.top nav{margin-left:auto}
.top nav a{display:inline-block;padding:12px 0;font-size:15px}
.hero{display:flex;gap:16px;align-items:flex-start;padding:20px;border-radius:16px;background:var(--good-soft);margin-bottom:24px}
.hero svg{width:40px;height:40px;flex:none;color:var(--good);margin-top:2px}
.hero.outage{background:var(--bad-soft)}.hero.outage svg{color:var(--bad)}
.hero.degraded{background:var(--warn-soft)}.hero.degraded svg{color:var(--warn)}
h1{font-size:30px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
.hero p{margin:0}.hero p+p{margin-top:4px;font-size:14px;color:var(--quiet)}
.card{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:20px;margin:0 0 20px;scroll-margin-top:12px}
.card>header{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin-bottom:8px}
.badge{display:inline-flex;align-items:center;gap:6px;padding:3px 10px 3px 7px;border-radius:99px;font-size:14px;font-weight:600;background:var(--bad-soft);color:var(--bad)}
.badge svg{width:16px;height:16px;flex:none}
.badge.degraded{background:var(--warn-soft);color:var(--warn)}
.badge.restoring{background:var(--teal-soft);color:var(--teal)}
.badge.ended{background:var(--good-soft);color:var(--good)}
.number{margin-left:auto;font-size:14px;color:var(--quiet)}
h2{font-size:22px;line-height:1.3;margin:0;overflow-wrap:anywhere}
.began{margin:2px 0 0;font-size:15px;color:var(--quiet)}
dl{margin:16px 0 0;display:grid;gap:14px}
dt{font-size:14px;color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
dd.until{font-size:19px;line-height:1.35;font-weight:600}
dd.until.late{font-size:16px;line-height:1.5}
dd small{display:block;font-size:15px}
ul.areas{list-style:none;margin:4px 0 0;padding:0;display:flex;flex-wrap:wrap;gap:6px}
.areas li{border:1px solid var(--line);border-radius:8px;padding:2px 10px;font-size:15px}
.areas span{color:var(--quiet)}
h3{font-size:14px;font-weight:400;color:var(--quiet);margin:20px 0 8px}
ol.thread{list-style:none;margin:0;padding:0}
.thread li{position:relative;padding:0 0 16px 26px}
.thread li:last-child{padding-bottom:0}
.thread li:before{content:"";position:absolute;left:4px;top:6px;width:11px;height:11px;border-radius:50%;border:2px solid var(--teal);background:var(--card)}
.thread li:first-child:before{background:var(--teal)}
.thread li:after{content:"";position:absolute;left:9px;top:19px;bottom:-4px;width:2px;border-radius:2px;background:var(--teal);opacity:.45}
.thread li:last-child:after{display:none}
.thread b{display:block;font-size:16px;line-height:1.45}
.thread time{color:var(--quiet);font-size:14px}
.thread p{margin:2px 0 0;font-size:15px}
section>h2{font-size:20px;margin:36px 0 12px}
ul.ended{list-style:none;margin:0;padding:0;background:var(--card);border:1px solid var(--line);border-radius:16px}
.ended li{padding:14px 20px 14px 48px;position:relative;scroll-margin-top:12px}
.ended li+li{border-top:1px solid var(--line)}
.ended li>svg{position:absolute;left:18px;top:17px;width:18px;height:18px;color:var(--good)}
.ended b{display:block;overflow-wrap:anywhere}
.ended p,.quiet{margin:0;font-size:15px;color:var(--quiet)}
.told p{margin:0 0 8px}
.told a.phone{display:inline-block;font-size:22px;font-weight:600;padding:6px 0;text-decoration:none}
footer.wrap{margin-top:36px;padding-top:20px;padding-bottom:40px;border-top:1px solid var(--line);font-size:14px;color:var(--quiet)}
@media(min-width:640px){.wrap{padding:0 24px}.top{padding-top:24px;padding-bottom:24px}.hero,.card{padding:28px}h1{font-size:38px}.hero svg{width:52px;height:52px}dl{grid-template-columns:1fr 1fr;gap:18px 32px}dl .wide{grid-column:1/-1}.told{display:grid;grid-template-columns:1fr 1fr;gap:0 32px}}
@media print{body{background:#fff}.hero,.card,ul.ended{border:1px solid #999;break-inside:avoid}nav{display:none}}
`.replaceAll('\n', '');
