namespace Ballast;

/// <content>The values as operations take them: in memory, or as a recipe.</content>
public partial class Tensor
{
    /// <summary>The values as they are held, without a hold of one's own; an expression is computed now.</summary>
    internal Values Values
    {
        get
        {
            var held = Held;
            return held.Recipe is { IsExpression: true } ? Root.SettleOnce() : held;
        }
    }

    Values Held
    {
        get
        {
            var root = Root;
            if (root.values.Buffer is { } buffer && buffer.Generation != root.generation)
                root.ThrowGone();
            return root.values;
        }
    }

    /// <summary>The recipe of values that nobody has read yet; an expression is computed now.</summary>
    internal Deferred? Recipe => Root.values.Recipe is { IsExpression: true } ? Root.SettleOnce().Recipe : Root.values.Recipe;

    /// <summary>The recipe of values that nobody has read yet, as it is; null for a look at another tensor.</summary>
    internal Deferred? Waiting => Root == this ? values.Recipe : Recipe;

    Values SettleOnce()
    {
        lock (this)
        {
            Settle();
            return values;
        }
    }

    /// <summary>The values in memory, row-major, computed now if they are still a recipe: 32-bit floats.</summary>
    internal Buffer Buffer
    {
        get
        {
            var buffer = Memory;
            if (buffer.Type != ElementType.Float32)
                ThrowType(buffer.Type);
            return buffer;
        }
    }

    /// <summary>The values in memory, row-major, computed now if they are still a recipe, of whatever type.</summary>
    internal Buffer Memory
    {
        get
        {
            var root = Root;
            if (root.values.Buffer is not { } buffer)
                return root.ReadOnce();
            if (buffer.Generation != root.generation)
                root.ThrowGone();
            return buffer;
        }
    }

    // Several threads may read a value that nobody has computed yet. One that lies in memory in another order stays there, beside its
    // copy: an operation may be reading it, and those to come want it so.
    Buffer ReadOnce()
    {
        lock (this)
        {
            if (values.Buffer is { } computed)
                return computed;
            Settle();
            return values.Buffer ?? values.Recipe!.RowMajor(Length);
        }
    }

    // Computes values that are still a recipe, in whatever order is theirs.
    void Settle()
    {
        if (values.TryOperand(Shape, out _))
            return;
        var settled = values.Settle(Shape);
        generation = settled.Buffer?.Generation ?? 0;
        values = settled;
    }

    /// <summary>The values in memory under whatever strides they have there, computed now if they are still a recipe. The hold on the
    /// memory is the tensor's.</summary>
    internal Operand Operand
    {
        get
        {
            var root = Root;
            if (Values.TryOperand(Shape, out var operand))
                return operand;
            lock (root)
                root.Settle();

            return root.values.TryOperand(Shape, out operand) ? operand : new Operand(Memory, Layout.RowMajor(Shape));
        }
    }
}
