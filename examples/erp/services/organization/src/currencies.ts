/** Currencies that a company may keep its books in, by ISO 4217. */
export const CURRENCIES: readonly string[] = ['BDT', 'EUR', 'GBP', 'TRY', 'USD'];
