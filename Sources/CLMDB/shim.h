#ifndef DRAWDOWN_CLMDB_H
#define DRAWDOWN_CLMDB_H

#include <lmdb.h>

#endif
