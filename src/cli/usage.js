// What --help says.

const ENDINGS = `Environment:
  PLACET_URL        address of the service, such as https://consent.example
  PLACET_KEY        a secret key (sk_…) with the scope lists; never an argument, never printed
  PLACET_PATIENCE   for how many seconds a lost connection is tried again; 60

Exit codes:
  0    done
  1    done, but rows were rejected
  2    wrong usage: arguments, environment, or a file that cannot be read or written
  3    refused by the service, or the import failed or was cancelled
  4    no connection, given up; it says how to continue
  70   a fault of this program
  130  interrupted; it says how to continue`;

const COMMON = `  --quiet             no progress and no summary; errors are still told
  --insecure          allow plain http to another machine
  -h, --help          this`;

export const USAGE = {
  placet: `placet: lists of people in and out of a shop's channel consent

  placet import FILE           import a list; it continues where it was cut
  placet import --undo ID      take an import back
  placet import --cancel ID    stop an import
  placet export LIST           export opted_in, opted_out or suppressed
  placet list [ID]             the imports, or one of them
  placet COMMAND --help        more on a command
  placet --version

${ENDINGS}`,

  import: `placet import FILE [options]     FILE is CSV, TSV or NDJSON, plain or gzip; - is stdin
placet import --cancel ID        stop an import; what was taken stays
placet import --undo ID          take an import back: standings return to what they were

The file is uploaded in pieces, and the service works on it by itself. The same command run again, with the file
unchanged, continues an upload that was cut or finds its import; after --undo or --cancel it imports anew.
What is read from stdin cannot be continued.

  --list LIST         what a row means that says neither yes nor no itself: opted_in, opted_out or suppressed
  --channel CHANNEL   email, sms, phone, whatsapp, push or post, where the file does not say
  --purpose PURPOSE   one of the shop's, such as newsletter, where the file does not say
  --basis BASIS       the ground of an opt-in; consent
  --country CC        ISO 3166-1 alpha-2, for national telephone numbers; the shop's
  --profile NAME      whose export it is: placet, shopify, klaviyo, mailchimp, brevo, magento, prestashop or
                      woocommerce; it is detected
  --column F=HEADER   read the column HEADER as the field F, such as email="E-mail address"; once for each column
  --no opt_out        take an ambiguous no for an opt-out
  --dry-run           say what would become of it, and keep nothing
  --errors FILE       write the rejected rows there, as they were, each with line, column, reason and remedy
  --force             replace the file of --errors
  --again             try once more what failed or is done already; a file that the service knows by its content has to
                      be undone first
  --json              print the import as JSON when it is over
${COMMON}

${ENDINGS}`,

  export: `placet export opted_in|opted_out|suppressed [options]

Without -o the list goes to stdout. With -o it is kept in FILE.part until it is whole, and the same command continues
after a crash or a cut (not with --format json, which begins anew).

  -o, --output FILE   the file to write; it must not exist
  --force             replace FILE, or begin anew
  --channel CHANNEL, --purpose PURPOSE, --basis BASIS, --country CC
                      only these
  --since TIME        only what has changed since, such as 2026-11-01T00:00:00Z
  --decide            only who may be written to now, by the law that applies to each
  --by address|hash   suppressed only: addresses, or their hashes (default)
  --format FORMAT     csv (default), ndjson or json
  --profile NAME      as which platform reads it: placet, shopify, klaviyo, mailchimp, brevo, magento or prestashop
  --cells spreadsheet make cells harmless that a spreadsheet would take for formulas
${COMMON}

${ENDINGS}`,

  list: `placet list                      the imports, newest first
placet list ID                   one import
placet list ID --errors          the rows that it rejected, as CSV that can be corrected and imported

  --before ID         the imports before that one
  --json              as JSON
  -o, --output FILE   --errors only: the file to write; it must not exist
  --force             replace FILE
${COMMON}

${ENDINGS}`,
};
