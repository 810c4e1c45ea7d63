import { generateWorld } from '../src/world/index.ts';
const by=new Map<string,number>(); const ages:number[]=[]; let dead=0,n=0; const perAge=new Map<number,[number,number]>(); let age=0; let bytes=0;let c=0;
const bt=new Map<string,number>();
for (const r of generateWorld({people:3000,today:'2026-11-23'})) {
 c++; const s=JSON.stringify(r).length; bytes+=s; bt.set(r.resourceType,(bt.get(r.resourceType)??0)+s);
 if (r.resourceType==='Patient'){age=2026-Number(r.birthDate?.slice(0,4)); n++; if(r.deceasedDateTime)dead++; ages.push(age); const a=perAge.get(Math.floor(age/10))??[0,0]; a[0]++; perAge.set(Math.floor(age/10),a);}
 else if(n>0 && r.resourceType!=='RelatedPerson'){ const a=perAge.get(Math.floor(age/10)); if(a)a[1]++; }
 if(r.resourceType==='Observation'){const k=r.code?.coding?.[0]?.display??'?'; by.set(k,(by.get(k)??0)+1)}
 if(r.resourceType==='Encounter'){const k='E:'+(r.type?.[0]?.coding?.[0]?.display??'?'); by.set(k,(by.get(k)??0)+1)}
 if(r.resourceType==='Condition'){const k='C:'+(r.code?.coding?.[0]?.display??'?'); by.set(k,(by.get(k)??0)+1)}
}
console.log(n,dead,c/n,bytes/n/1000+'KB/person', bytes/c, bt);
console.log([...perAge].sort((a,b)=>a[0]-b[0]).map(([a,[p,r]])=>`${a*10}: ${(100*p/n).toFixed(1)}% ${(r/p).toFixed(0)}`).join(' | '));
console.log([...by].sort((a,b)=>b[1]-a[1]).map(([k,v])=>k+' '+(v/n).toFixed(2)).join('; '));
