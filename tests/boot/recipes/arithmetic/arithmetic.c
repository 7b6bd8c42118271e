#include <complex.h>
#include <fenv.h>
#include <math.h>
#include <stdio.h>

static void floating_point_environment(void)
{
    feclearexcept(FE_ALL_EXCEPT);
    feraiseexcept(FE_DIVBYZERO | FE_INEXACT);
    int raised = fetestexcept(FE_ALL_EXCEPT);
    feclearexcept(FE_INEXACT);
    printf("exceptions %d %d\n", raised == (FE_DIVBYZERO | FE_INEXACT),
           fetestexcept(FE_ALL_EXCEPT) == FE_DIVBYZERO);
    feclearexcept(FE_ALL_EXCEPT);
}

int main(void)
{
    volatile double complex z = 1 + 2 * I, w = 3 - 1 * I, p, q;
    volatile __int128 a = (__int128)1 << 100, b = 1000000007;
    volatile unsigned long bits = 0xff00ff;
    volatile long double x = 1.5L, low = -70;

    p = z * w;
    q = z / w;
    double complex power = cpow(z, w);
    printf("product %g %g quotient %g %g\n", creal(p), cimag(p), creal(q), cimag(q));
    printf("power %.6f %.6f\n", creal(power), cimag(power));
    printf("wide %ld %ld %.6e\n", (long)(a / b >> 40), (long)(a % b), (double)a);
    printf("bits %d\n", __builtin_popcountl(bits));
    printf("expm1l %.12Lf %.12Lf\n", expm1l(x), expm1l(low));
    floating_point_environment();
    return 0;
}
