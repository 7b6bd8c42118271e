/* The modules of this nginx, in the order in which their filters and phases must run (auto/modules of
 * nginx's source says which order that is). */
#include <ngx_config.h>
#include <ngx_core.h>

#define MODULES(each)                                                                                        \
    each(ngx_core_module) each(ngx_errlog_module) each(ngx_conf_module) each(ngx_events_module)              \
        each(ngx_event_core_module) each(ngx_epoll_module) each(ngx_http_module) each(ngx_http_core_module)  \
            each(ngx_http_log_module) each(ngx_http_static_module) each(ngx_http_autoindex_module)           \
                each(ngx_http_index_module) each(ngx_http_try_files_module)                                  \
                    each(ngx_http_write_filter_module) each(ngx_http_header_filter_module)                   \
                        each(ngx_http_chunked_filter_module) each(ngx_http_range_header_filter_module)       \
                            each(ngx_http_headers_filter_module) each(ngx_http_copy_filter_module)           \
                                each(ngx_http_range_body_filter_module)                                      \
                                    each(ngx_http_not_modified_filter_module)

#define DECLARE(module) extern ngx_module_t module;
#define ENTRY(module) &module,
#define NAME(module) #module,

MODULES(DECLARE)
ngx_module_t *ngx_modules[] = {MODULES(ENTRY) NULL};
char *ngx_module_names[] = {MODULES(NAME) NULL};
