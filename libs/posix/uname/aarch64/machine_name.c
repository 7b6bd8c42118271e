#include "../uname.h"

const char uname_machine[] = "aarch64";
