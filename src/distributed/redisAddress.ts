import { OptionError } from "../errors.ts";

/** Text with addresses in it, without the names and passwords there. */
export function withoutPassword(text: string): string {
  return (
    text
      // A password may hold what an address must not: up to the last @.
      .replaceAll(/(rediss?:\/\/)\S*@/gi, "$1***@")
      .replaceAll(/(\/\/)[^@/?#\s]*@/g, "$1***@")
      .replaceAll(/([?&](?:username|password|sentinel\w+)=)[^&#\s]*/gi, "$1***")
  );
}

/** The address does not stand in the message: it may hold a password. @throws OptionError */
export function checkAddress(subject: string, url: string): void {
  if (typeof url === "string" && /^(rediss?:\/\/|\/)./.test(url)) {
    if (url.startsWith("/") || URL.canParse(url)) return;
  }
  throw new OptionError(
    `${subject}: redis must be an address, redis://HOST:PORT, rediss://HOST:PORT or a socket's path, got something else; write what is no letter or digit in a password as %XX`,
  );
}
