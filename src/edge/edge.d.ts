// What your own worker re-exports. The types of the runtime are `any`: they come with the runtime's own package.

/** The front worker. */
declare const worker: new (context: any, env: any) => { fetch(request: Request): Promise<Response> };
export default worker;

/** The Durable Object of a shop. Bind this class as `SHOPS`, with SQLite storage. */
export declare const ShopObject: new (state: any, env: any) => { fetch(request: Request): Promise<Response>; alarm(): Promise<any> };
