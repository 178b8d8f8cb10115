// How a command may end other than well. Each carries what people read, and the exit code that --help documents.

export const EXIT = { done: 0, rejected: 1, usage: 2, refused: 3, network: 4, fault: 70, interrupted: 130 };

/** The command ends here, in these words. */
export class Ending extends Error {
  constructor(exit, message) {
    super(message);
    this.exit = exit;
  }
}

/** A command that nobody can carry out as it was written. `command` is whose help is offered. */
export class WrongUsage extends Ending {
  constructor(message, command = null) {
    super(EXIT.usage, message);
    this.command = command;
  }
}

/** Ctrl-C, or the reader of our output has gone. */
export class Interrupted extends Error {
  exit = EXIT.interrupted;
}

/** The service said no. */
export class Refused extends Error {
  exit = EXIT.refused;

  /** `problem` is the body by RFC 9457, as far as there is one: a proxy in between answers as it likes. */
  constructor({ status, statusText, problem, requestId, retryAfter }) {
    super(problem?.title ?? `${status} ${statusText}`.trim());
    this.status = status;
    this.problem = problem ?? {};
    this.code = problem?.code ?? /^urn:placet:problem:(\w+)$/.exec(problem?.type ?? "")?.[1] ?? null;
    this.requestId = problem?.request_id ?? requestId ?? problem?.instance?.replace(/^urn:uuid:/, "") ?? null;
    /** In seconds. */
    this.retryAfter = retryAfter;
    this.foreign = !problem;
  }
}

/** There was no answer, or not the whole of one. Whether the request was served, nobody knows. */
export class Cut extends Error {
  exit = EXIT.network;

  /** `hopeless` where another try would fare no better. */
  constructor(host, cause, hopeless = false) {
    super(`no connection to ${host} (${cause})`);
    this.cause = cause;
    this.hopeless = hopeless;
  }
}
