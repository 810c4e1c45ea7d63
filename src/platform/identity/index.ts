export { type DemoIdentity, demoTokenKey, issueDemoToken, readDemoToken } from './demo-token.ts';
