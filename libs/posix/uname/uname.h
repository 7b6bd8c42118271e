/* What each architecture calls itself, as Linux does (`uname -m`). */
#pragma once

extern const char uname_machine[];
