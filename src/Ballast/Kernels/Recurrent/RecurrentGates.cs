using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Hochreiter and Schmidhuber 1997 with forget gates: c' = f c + i g and h' = o tanh c', where i, f and o are sigmoids and g is a
/// hyperbolic tangent.</summary>
readonly struct LstmGates : IGates
{
    public static int Count => 4;

    public static bool KeepsCell => true;

    public static bool PassesCell => true;

    public static bool HasOwnGradient => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Forward<S, V>(in GateUnits u) where S : struct, ISimd<V> where V : unmanaged
    {
        V i = SpecialFunctions.Logistic<S, V>(u.Sum<S, V>(0)), f = SpecialFunctions.Logistic<S, V>(u.Sum<S, V>(1));
        V g = SpecialFunctions.HyperbolicTangent<S, V>(u.Sum<S, V>(2)), o = SpecialFunctions.Logistic<S, V>(u.Sum<S, V>(3));
        V c = S.Fma(f, S.Load(u.CellBefore), S.Multiply(i, g));
        S.Store(u.Gates, i);
        S.Store(u.Gates + u.Hidden, f);
        S.Store(u.Gates + 2 * u.Hidden, g);
        S.Store(u.Gates + 3 * u.Hidden, o);
        S.Store(u.Cell, c);
        S.Store(u.After, S.Multiply(o, SpecialFunctions.HyperbolicTangent<S, V>(c)));
    }

    // do = dh tanh c', dc' += dh o (1 - tanh^2 c'), di = dc' g, df = dc' c, dg = dc' i, dc = dc' f.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Backward<S, V>(in GateGradients u) where S : struct, ISimd<V> where V : unmanaged
    {
        V one = S.Broadcast(1), dh = u.Incoming<S, V>(), t = SpecialFunctions.HyperbolicTangent<S, V>(S.Load(u.Cell));
        V i = u.Gate<S, V>(0), f = u.Gate<S, V>(1), g = u.Gate<S, V>(2), o = u.Gate<S, V>(3);
        V slope = S.Multiply(S.Subtract(one, t), S.Add(one, t)), dc = S.Fma(S.Multiply(dh, o), slope, S.Load(u.Carry));
        u.BeforeSigmoid<S, V>(0, S.Multiply(dc, g), i);
        u.BeforeSigmoid<S, V>(1, S.Multiply(dc, S.Load(u.CellBefore)), f);
        u.BeforeTanh<S, V>(2, S.Multiply(dc, i), g);
        u.BeforeSigmoid<S, V>(3, S.Multiply(dh, t), o);
        S.Store(u.Carry, S.Multiply(dc, f));
    }
}

/// <summary>Cho et al. 2014: h' = (1 - z) n + z h with n = tanh(x + r q), where r and z are sigmoids and q, which is kept as the cell's state, is
/// the product of the state with its bias.</summary>
readonly struct GruGates : IGates
{
    public static int Count => 3;

    public static bool KeepsCell => true;

    public static bool PassesCell => false;

    public static bool HasOwnGradient => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Forward<S, V>(in GateUnits u) where S : struct, ISimd<V> where V : unmanaged
    {
        V r = SpecialFunctions.Logistic<S, V>(u.Sum<S, V>(0)), z = SpecialFunctions.Logistic<S, V>(u.Sum<S, V>(1));
        V q = u.State<S, V>(2), n = SpecialFunctions.HyperbolicTangent<S, V>(S.Fma(r, q, u.Input<S, V>(2)));
        S.Store(u.Gates, r);
        S.Store(u.Gates + u.Hidden, z);
        S.Store(u.Gates + 2 * u.Hidden, n);
        S.Store(u.Cell, q);
        S.Store(u.After, S.Fma(z, S.Subtract(S.Load(u.Before), n), n));
    }

    // dn = dh (1 - z), dz = dh (h - n), dr = dn' q and dq = dn' r with dn' before the tangent; dh z goes on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Backward<S, V>(in GateGradients u) where S : struct, ISimd<V> where V : unmanaged
    {
        V dh = S.Add(u.Incoming<S, V>(), S.Load(u.Carry)), r = u.Gate<S, V>(0), z = u.Gate<S, V>(1), n = u.Gate<S, V>(2);
        V dn = u.BeforeTanh<S, V>(2, S.Multiply(dh, S.Subtract(S.Broadcast(1), z)), n);
        V dr = u.BeforeSigmoid<S, V>(0, S.Multiply(dn, S.Load(u.Cell)), r);
        V dz = u.BeforeSigmoid<S, V>(1, S.Multiply(dh, S.Subtract(S.Load(u.Before), n)), z);
        S.Store(u.HiddenGradient, dr);
        S.Store(u.HiddenGradient + u.Hidden, dz);
        S.Store(u.HiddenGradient + 2 * u.Hidden, S.Multiply(dn, r));
        S.Store(u.Carry, S.Multiply(dh, z));
    }
}

/// <summary>Elman 1990: h' = f(x + q) with f the hyperbolic tangent or the ReLU.</summary>
readonly struct RnnGates<F> : IGates
    where F : struct, IActivation
{
    public static int Count => 1;

    public static bool KeepsCell => false;

    public static bool PassesCell => false;

    public static bool HasOwnGradient => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Forward<S, V>(in GateUnits u) where S : struct, ISimd<V> where V : unmanaged
    {
        V h = default(F).Apply<S, V>(u.Sum<S, V>(0));
        S.Store(u.Gates, h);
        S.Store(u.After, h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Backward<S, V>(in GateGradients u) where S : struct, ISimd<V> where V : unmanaged =>
        u.Keep<S, V>(0, default(F).Gradient<S, V>(u.Gate<S, V>(0), u.Incoming<S, V>()));
}
