/* Upstream calls tolower() twice for each byte. There is one locale, in which the letters are those of ASCII.
 */
#include <features.h>
#include <strings.h>

static unsigned lower(unsigned byte)
{
    return byte - 'A' < 26 ? byte | 32 : byte;
}

int strcasecmp(const char *left, const char *right)
{
    const unsigned char *l = (const void *)left, *r = (const void *)right;

    while (*l && (*l == *r || lower(*l) == lower(*r))) {
        l++;
        r++;
    }
    return (int)lower(*l) - (int)lower(*r);
}

int __strcasecmp_l(const char *left, const char *right, locale_t locale)
{
    (void)locale;
    return strcasecmp(left, right);
}

weak_alias(__strcasecmp_l, strcasecmp_l);
