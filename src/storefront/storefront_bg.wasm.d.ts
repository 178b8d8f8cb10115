/** The address of the WebAssembly module, for bundlers that resolve files to their addresses. */
declare const address: string;
export default address;
