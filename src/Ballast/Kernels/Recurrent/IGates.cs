namespace Ballast.Kernels;

/// <summary>What a recurrent cell computes from the products of its input and of the state before, unit by unit.</summary>
interface IGates
{
    /// <summary>How many products each unit has.</summary>
    static abstract int Count { get; }

    /// <summary>Whether the cell keeps a value of its own for each unit.</summary>
    static abstract bool KeepsCell { get; }

    /// <summary>Whether that value goes on to the next step.</summary>
    static abstract bool PassesCell { get; }

    /// <summary>Whether the gradient of the product of the state differs from that of the product of the input.</summary>
    static abstract bool HasOwnGradient { get; }

    /// <summary>The next state of one register of units of a sequence.</summary>
    static abstract void Forward<S, V>(in GateUnits u) where S : struct, ISimd<V> where V : unmanaged;

    /// <summary>The gradients of the products from the gradient of the state.</summary>
    static abstract void Backward<S, V>(in GateGradients u) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>The values of a register of units in the forward pass.</summary>
unsafe ref struct GateUnits
{
    /// <summary>The product of the state before; that of the next gate is <see cref="ProductStep"/> further.</summary>
    public float* Product;

    /// <summary>The product of the input, which becomes the value of the gate; the next gate's is <see cref="Hidden"/> further.</summary>
    public float* Gates;

    /// <summary>Biases of the input's product and of the state's, with the gates' distance.</summary>
    public float* InputBias, HiddenBias;

    /// <summary>The hidden state before, and after.</summary>
    public float* Before, After;

    /// <summary>The cell's own state before, and after.</summary>
    public float* CellBefore, Cell;

    /// <summary>From one gate to the next.</summary>
    public nint Hidden, ProductStep;

    /// <summary>Goes on to the units after so many.</summary>
    public void Advance(int units)
    {
        Product += units;
        Gates += units;
        InputBias += units;
        HiddenBias += units;
        Before += units;
        After += units;
        CellBefore += units;
        Cell += units;
    }

    /// <summary>Both products and biases of a gate.</summary>
    public readonly V Sum<S, V>(int gate)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Add(Input<S, V>(gate), State<S, V>(gate));

    /// <summary>The product of the input with its bias.</summary>
    public readonly V Input<S, V>(int gate)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Add(S.Load(Gates + gate * Hidden), S.Load(InputBias + gate * Hidden));

    /// <summary>The product of the state with its bias.</summary>
    public readonly V State<S, V>(int gate)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Add(S.Load(Product + gate * ProductStep), S.Load(HiddenBias + gate * Hidden));
}

/// <summary>The values of a register of units in the backward pass.</summary>
unsafe ref struct GateGradients
{
    /// <summary>The gradient of the hidden state: what the next step gives, and what the result is given.</summary>
    public float* Next, Given;

    /// <summary>The values of the gates.</summary>
    public float* Gates;

    /// <summary>The hidden state before.</summary>
    public float* Before;

    /// <summary>The cell's own state before, and after.</summary>
    public float* CellBefore, Cell;

    /// <summary>The gradient that goes from step to step beside the products: of the cell's state, or a part of the hidden state's.</summary>
    public float* Carry;

    /// <summary>The gradients of the products of the input, and of the state where they differ.</summary>
    public float* InputGradient, HiddenGradient;

    /// <summary>From one gate to the next.</summary>
    public nint Hidden;

    /// <summary>The value of a gate.</summary>
    public readonly V Gate<S, V>(int gate)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Load(Gates + gate * Hidden);

    /// <summary>The gradient of the hidden state.</summary>
    public readonly V Incoming<S, V>()
        where S : struct, ISimd<V>
        where V : unmanaged => S.Add(S.Load(Next), S.Load(Given));

    /// <summary>Keeps g s (1 - s), the gradient before a sigmoid.</summary>
    public readonly V BeforeSigmoid<S, V>(int gate, V g, V s)
        where S : struct, ISimd<V>
        where V : unmanaged => Keep<S, V>(gate, S.Multiply(g, S.Multiply(s, S.Subtract(S.Broadcast(1), s))));

    /// <summary>Keeps g (1 - t^2), the gradient before a hyperbolic tangent.</summary>
    public readonly V BeforeTanh<S, V>(int gate, V g, V t)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V one = S.Broadcast(1);
        return Keep<S, V>(gate, S.Multiply(g, S.Multiply(S.Subtract(one, t), S.Add(one, t))));
    }

    /// <summary>Keeps the gradient of a gate's product of the input.</summary>
    public readonly V Keep<S, V>(int gate, V g)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        S.Store(InputGradient + gate * Hidden, g);
        return g;
    }
}
