/** What an error message begins with: `csv "housing.csv"`, or `csv` where no name was given. */
export function subjectOf(format: string, name: string): string {
  return name === "" ? format : `${format} ${JSON.stringify(name)}`;
}
