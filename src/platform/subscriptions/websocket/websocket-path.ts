/** Where clients of websockets connect to. */
export const websocketPath = '/subscriptions/websocket';
