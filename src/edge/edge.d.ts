// What a worker of one's own re-exports. Types of the runtime are left open: they come with its own package.

/** The front worker. */
declare const worker: new (context: any, env: any) => { fetch(request: Request): Promise<Response> };
export default worker;

/** The Durable Object of a shop; bind the class as SHOPS, with SQLite storage. */
export declare const ShopObject: new (state: any, env: any) => { fetch(request: Request): Promise<Response>; alarm(): Promise<any> };
