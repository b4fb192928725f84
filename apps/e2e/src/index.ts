/** Journeys across provinces, black box: only HTTP, and Kafka where the journey is about its topics. */
export * from './delta.js';
export * from './http.js';
export * from './order.js';
