export { type EndpointRules, readHosts } from './delivery/endpoint-rules.ts';
export { createSubscriptions, type Subscriptions, type SubscriptionsOptions } from './subscriptions.ts';
