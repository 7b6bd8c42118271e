#include <app_start.h>

/* The application's. */
int main(int argc, char **argv, char **envp);

int app_start(int argc, char **argv, char **envp)
{
    return main(argc, argv, envp);
}
