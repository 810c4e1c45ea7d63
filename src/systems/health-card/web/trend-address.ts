/** Where the trend of one kind of result is shown. The key holds addresses of code systems, so it stands in the query. */
export const trendAddress = (cardAddress: string, key: string): string =>
  `${cardAddress}/results/trend?code=${encodeURIComponent(key)}`;
