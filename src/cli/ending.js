// How a command ends when it fails. Each error has the text that the person reads and the exit code that --help
// documents.

export const EXIT = { done: 0, rejected: 1, usage: 2, refused: 3, network: 4, fault: 70, interrupted: 130 };

/** The command ends here with this message. */
export class Ending extends Error {
  constructor(exit, message) {
    super(message);
    this.exit = exit;
  }
}

/** The command cannot be executed as it was written. `command` is the command whose help is suggested. */
export class WrongUsage extends Ending {
  constructor(message, command = null) {
    super(EXIT.usage, message);
    this.command = command;
  }
}

/** The person pressed Ctrl-C, or the reader of the output has closed it. */
export class Interrupted extends Error {
  exit = EXIT.interrupted;
}

/** The service refused the request. */
export class Refused extends Error {
  exit = EXIT.refused;

  /** `problem` is the body as RFC 9457 defines it. It is absent if a proxy in between answered. */
  constructor({ status, statusText, problem, requestId, retryAfter }) {
    super(problem?.title ?? `${status} ${statusText}`.trim());
    this.status = status;
    this.problem = problem ?? {};
    this.code = problem?.code ?? /^urn:placet:problem:(\w+)$/.exec(problem?.type ?? "")?.[1] ?? null;
    this.requestId = problem?.request_id ?? requestId ?? problem?.instance?.replace(/^urn:uuid:/, "") ?? null;
    /** The pause before the next try that the service asks for, in seconds. */
    this.retryAfter = retryAfter;
    this.foreign = !problem;
  }
}

/** There was no answer, or only a part of one. It is unknown whether the service processed the request. */
export class Cut extends Error {
  exit = EXIT.network;

  /** `hopeless` means that another try would fail too. */
  constructor(host, cause, hopeless = false) {
    super(`no connection to ${host} (${cause})`);
    this.cause = cause;
    this.hopeless = hopeless;
  }
}
