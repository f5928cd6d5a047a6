namespace Ballast;

/// <content>Matrix products.</content>
public partial class Tensor
{
    /// <summary>The matrix product: [M, K] and [K, N] give [M, N], [..., M, K] and [..., K, N] give [..., M, N], with the axes in front
    /// broadcast. A vector [K] stands for a row on the left and a column on the right, and its axis goes from the result. PyTorch:
    /// <c>torch.matmul</c>, <c>@</c>.</summary>
    /// <param name="other">The right factor.</param>
    /// <exception cref="ArgumentException">Inner sizes that differ, axes in front that do not broadcast, or a scalar.</exception>
    public Tensor MatMul(Tensor other)
    {
        Throw.Unless(Shape.Rank > 0 && other.Shape.Rank > 0,
            $"MatMul: expected at least one axis on each side, got {Shape} and {other.Shape}. Multiply by a scalar with *.");
        bool row = Shape.Rank == 1, column = other.Shape.Rank == 1;
        Tensor a = row ? Unsqueeze(0) : this, b = column ? other.Unsqueeze(1) : other;
        if (a.Shape[^1] != b.Shape[^2])
        {
            string expected = row ? column ? "[K] and [K]" : "[K] and [..., K, N]" : column ? "[..., M, K] and [K]"
                : Shape.Rank == 2 && other.Shape.Rank == 2 ? "[M, K] and [K, N]" : "[..., M, K] and [..., K, N]";
            Throw.Argument($"MatMul: expected {expected}, got {Shape} and {other.Shape}.");
        }

        var product = MatMulOperation.Run(a, b, ProductShape(a.Shape, b.Shape));
        product = row ? product.Squeeze(-2) : product;
        return column ? product.Squeeze(-1) : product;
    }

    /// <summary>The products of two batches of matrices [B, M, K] and [B, K, N]. PyTorch: <c>torch.bmm</c>; <see cref="MatMul"/> broadcasts.
    /// </summary>
    /// <exception cref="ArgumentException">Not two batches of one size whose inner sizes agree.</exception>
    public Tensor BatchedMatMul(Tensor other)
    {
        Throw.Unless(Shape.Rank == 3 && other.Shape.Rank == 3 && Shape[0] == other.Shape[0] && Shape[2] == other.Shape[1],
            $"BatchedMatMul: expected [B, M, K] and [B, K, N], got {Shape} and {other.Shape}. MatMul broadcasts.");
        return MatMul(other);
    }

    /// <summary>The sum of the products of two vectors [N]: a tensor of one value. PyTorch: <c>dot</c>.</summary>
    /// <exception cref="ArgumentException">Not two vectors of one length.</exception>
    public Tensor Dot(Tensor other)
    {
        Throw.Unless(Shape.Rank == 1 && other.Shape == Shape, $"Dot: expected [N] and [N], got {Shape} and {other.Shape}.");
        return MatMul(other);
    }

    /// <summary>All products of the values of two vectors [M] and [N]: [M, N]. PyTorch: <c>outer</c>.</summary>
    /// <exception cref="ArgumentException">Not two vectors.</exception>
    public Tensor Outer(Tensor other)
    {
        Throw.Unless(Shape.Rank == 1 && other.Shape.Rank == 1, $"Outer: expected [M] and [N], got {Shape} and {other.Shape}.");
        return Unsqueeze(1) * other.Unsqueeze(0);
    }

    /// <summary>The distance of each row of [..., M, D] from each row of another tensor [..., N, D]: the p-norm of their difference,
    /// [..., M, N]. Axes before the last two broadcast. Equal rows have no gradient. PyTorch: <c>torch.cdist</c>.</summary>
    /// <param name="other">[..., N, D].</param>
    /// <param name="p">Which norm, from 0 on: infinity too.</param>
    /// <exception cref="ArgumentException">Not rows of one length, or a p below 0.</exception>
    public Tensor Cdist(Tensor other, double p = 2)
    {
        Throw.Unless(Shape.Rank >= 2 && other.Shape.Rank >= 2 && Shape[^1] == other.Shape[^1],
            $"Cdist: expected rows of one length, [..., M, D] and [..., N, D], got {Shape} and {other.Shape}.");
        Throw.Unless(p >= 0, $"Cdist: expected a power from 0 on, got {p}.");
        return (Unsqueeze(-2) - other.Unsqueeze(-3)).Norm(p, [-1]);
    }

    /// <summary>The matrix [M, N] as [N, M]. A view. PyTorch: <c>t()</c>.</summary>
    /// <exception cref="ArgumentException">Not a matrix.</exception>
    public Tensor Transpose()
    {
        Throw.Unless(Shape.Rank == 2, $"Transpose: expected a matrix [M, N], got {Shape}.");
        return Transpose(0, 1);
    }

    /// <summary>Sums of products along labelled axes: <c>Tensor.Einsum("bij,bjk->bik", x, y)</c>. PyTorch: <c>torch.einsum</c>.</summary>
    /// <remarks>A letter names an axis of each operand, in order; axes of one name have one size, or 1. What the result does not name is
    /// added up; without <c>-></c> it names the letters that stand once, in alphabetical order. A letter twice in one operand is its
    /// diagonal, and <c>...</c> stands for axes that broadcast. The operands are joined from left to right, by matrix products where
    /// something is added up.</remarks>
    /// <param name="equation">The labels.</param>
    /// <param name="operands">A tensor for each group of labels.</param>
    /// <exception cref="ArgumentException">Labels that do not fit the tensors.</exception>
    public static Tensor Einsum(string equation, params ReadOnlySpan<Tensor> operands) => EinsteinSum.Run(equation, operands);

    static Shape ProductShape(Shape a, Shape b)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        Span<int> sizes = stackalloc int[rank];
        for (int axis = 3; axis <= rank; axis++)
        {
            int left = axis <= a.Rank ? a[^axis] : 1, right = axis <= b.Rank ? b[^axis] : 1;
            Throw.Unless(left == right || left == 1 || right == 1,
                $"MatMul: the axes in front of {a} and {b} do not broadcast: {left} against {right}.");
            sizes[^axis] = left == 1 ? right : left;
        }

        (sizes[^2], sizes[^1]) = (a[^2], b[^1]);
        return new Shape(sizes);
    }
}
