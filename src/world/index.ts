export { generateWorld, type WorldItem, type WorldOptions } from './generate-world.ts';
