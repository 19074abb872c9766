/*
** core.h: the library of the consumer.
*/
#ifndef CONSUMER_CORE_H
#define CONSUMER_CORE_H

/* Returns its name. */
const char *core_name(void);

#endif
