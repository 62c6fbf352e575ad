/**
 * Whether a name in a file stands for a file beside or below that one: no absolute path, no address, no way up. Who opens
 * a file must not be led elsewhere by what is written in it.
 */
export function isBeside(path: unknown): path is string {
  if (typeof path !== "string" || path === "" || /^[/\\]|[\\\0]|^[a-z][a-z0-9+.-]*:/i.test(path))
    return false;
  return !path.split("/").includes("..");
}
