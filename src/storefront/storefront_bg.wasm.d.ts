/** The address of the module, for bundlers that hand files on by their addresses. */
declare const address: string;
export default address;
