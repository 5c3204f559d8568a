#ifndef DRAWDOWN_CLMDB_H
#define DRAWDOWN_CLMDB_H

#include <lmdb.h>
// statfs, by which file systems that LMDB cannot live on are told, is not in Swift's Glibc module.
#include <sys/vfs.h>

#endif
