export { codeSystems, extensionUrls } from './codes.ts';
export { demoCast, type DemoPerson } from './demo-cast.ts';
export { generateWorld, type WorldItem, type WorldOptions } from './generate-world.ts';
