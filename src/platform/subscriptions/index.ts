export { type EndpointRules, readHosts } from './delivery/endpoint-rules.ts';
export { subscriptionSettings } from './settings.ts';
export { createSubscriptions, type Subscriptions, type SubscriptionsOptions } from './subscriptions.ts';
