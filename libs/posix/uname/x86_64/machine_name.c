#include "../uname.h"

const char uname_machine[] = "x86_64";
