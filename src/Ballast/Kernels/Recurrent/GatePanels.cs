namespace Ballast.Kernels;

/// <summary>The weights of a recurrent product packed for <see cref="Panels"/>: for each register of units the columns of all its gates, so that
/// a step can finish these units while their products are hot.</summary>
static unsafe class GatePanels
{
    /// <summary>How many registers of units there are.</summary>
    public static int Blocks(int hidden) => (hidden + Panels.Lanes - 1) / Panels.Lanes;

    /// <summary>How many floats the packed weights have.</summary>
    public static int Length(int hidden, int gates, int depth) => Blocks(hidden) * Panels.Lanes * gates * depth;

    /// <summary>to[block][pair of gates][k][gate of the pair][unit] = w[gate, unit, k], with zeros past the last unit.</summary>
    /// <param name="w">[gates, hidden, depth].</param>
    /// <param name="hidden">How many units there are.</param>
    /// <param name="gates">How many gates each unit has.</param>
    /// <param name="depth">How many values the state has.</param>
    /// <param name="to">The result.</param>
    public static void Pack(float* w, int hidden, int gates, int depth, float* to) => Workers.Run(
        new Work { W = w, Hidden = hidden, Gates = gates, Depth = depth, To = to }, Blocks(hidden), (long)hidden * gates * depth,
        SharedFrom.Cache);

    struct Work : IWork
    {
        public float* W, To;
        public int Hidden, Gates, Depth;

        public readonly void Run(int first, int last)
        {
            int lanes = Panels.Lanes;
            for (int block = first; block < last; block++)
            {
                int unit = block * lanes, valid = Math.Min(lanes, Hidden - unit);
                float* to = To + (nint)block * lanes * Gates * Depth;
                for (int gate = 0; gate < Gates; gate++)
                {
                    int width = gate == Gates - 1 && Gates % 2 == 1 ? lanes : 2 * lanes;
                    float* column = to + (nint)(gate / 2) * 2 * lanes * Depth + gate % 2 * lanes;
                    Turn(W + ((nint)gate * Hidden + unit) * Depth, valid, column, width, lanes);
                }
            }
        }

        // to[k][unit] = from[unit][k].
        readonly void Turn(float* from, int valid, float* to, int width, int lanes)
        {
            FourByFour.TurnColumns(from, Depth, valid, Depth, to, width);
            for (int k = 0; k < Depth && valid < lanes; k++)
                new Span<float>(to + (nint)k * width + valid, lanes - valid).Clear();
        }
    }
}
