/**
 * Stands in a mail's text and HTML where the link belongs that ends these mails: the text is shared by all who receive it, the link is each one's own.
 * Whoever sends puts the address in with `withUnsubscribeUrl`.
 */
export const UNSUBSCRIBE_URL = '%UNSUBSCRIBE_URL%';

/** A mail's text or HTML with the receiver's own address in it. The address must be plain URL characters, as tokens in base64url are. */
export const withUnsubscribeUrl = (text: string, url: string): string => text.replaceAll(UNSUBSCRIBE_URL, () => url);
