// instead: ../firewall_rules.c
// max-len: 200
/* Any text as a list of rules. */
#include "../firewall_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct firewall_rule rules[3];
    char *text = malloc(size + 1);
    const char *wrong = NULL;
    int count;

    memcpy(text, data, size);
    text[size] = '\0';
    count = firewall_parse(text, rules, 3, &wrong);
    assert(count <= 3);
    assert(count != -22 || (wrong >= text && wrong <= text + size));
    for (int i = 0; i < count; i++) {
        assert(rules[i].port_first <= rules[i].port_last);
        assert(rules[i].bits <= (rules[i].six ? 128 : 32));
        assert(rules[i].text >= text && rules[i].text + rules[i].length <= text + size);
    }
    free(text);
    return 0;
}
