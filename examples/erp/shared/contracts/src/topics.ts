/** The topics that events travel by. */
export const TOPICS = {
  audit: 'erp.audit',
  messages: 'erp.messages',
} as const;
