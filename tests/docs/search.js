// Runs the search worker of a built site for each query: node search.js SITE QUERY... prints [query, pages].
const fs=require('fs'),path=require('path'),vm=require('vm');
const [site,...words]=process.argv.slice(2);
const js=path.join(site,'assets/javascripts');
const worker=path.join(js,'workers',fs.readdirSync(path.join(js,'workers')).find(n=>/^search.*\.js$/.test(n)));
const answers=[];
const context={console,URL,setTimeout,Promise,location:{href:'http://x/assets/javascripts/workers/search.js'},
 postMessage:m=>answers.push(m), importScripts:(...urls)=>urls.forEach(u=>run(path.join(js, u.slice(u.indexOf('lunr/')))))};
context.self=context; context.globalThis=context; context.listeners=[];
context.addEventListener=(n,f)=>context.listeners.push(f);
vm.createContext(context);
function run(file){vm.runInContext(fs.readFileSync(file,'utf8'),context,{filename:file})}
run(worker);
const send=async m=>{for(const f of context.listeners) await f({data:m}); if(context.onmessage) await context.onmessage({data:m})};
(async()=>{
 const index=JSON.parse(fs.readFileSync(path.join(site,'search/search_index.json'),'utf8'));
 await send({type:0,data:{config:index.config,docs:index.docs,options:{suggest:false}}});
 await new Promise(r=>setTimeout(r,200));
 for(const w of words){ await send({type:2,data:w}); await new Promise(r=>setTimeout(r,50));
  const last=answers[answers.length-1];
  console.log(JSON.stringify([w,(last.data&&last.data.items||[]).map(i=>i[0].location)])); }
})();
