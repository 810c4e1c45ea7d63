export { codeSystems, extensionUrls } from './codes.ts';
export { type DemoPerson, demoCast } from './demo-cast.ts';
export { generateWorld, type WorldItem, type WorldOptions } from './generate-world.ts';
