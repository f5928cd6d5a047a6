namespace Ballast.Kernels;

static unsafe partial class DirectConvolution
{
    // Where the taps reach in the gradient, seen from the pixel (z / stride, y / stride, x / stride): its first plane, row and column, and how
    // many planes, rows and columns a slab has.
    static SlabEdge Edge(in ConvolutionShape shape)
    {
        int top = FloorDivide(shape.PadH - (shape.KernelH - 1) * shape.DilationH, shape.StrideH);
        int left = FloorDivide(shape.PadW - (shape.KernelW - 1) * shape.DilationW, shape.StrideW);
        int bottom = FloorDivide(shape.StrideH - 1 + shape.PadH, shape.StrideH);
        int right = FloorDivide(shape.StrideW - 1 + shape.PadW, shape.StrideW);
        int columns = (shape.W + shape.StrideW - 1) / shape.StrideW;
        int front = FloorDivide(shape.PadD - (shape.KernelD - 1) * shape.DilationD, shape.StrideD);
        int back = FloorDivide(shape.StrideD - 1 + shape.PadD, shape.StrideD);
        return new SlabEdge(front, top, left, back - front + 1, bottom - top, columns + right - left);
    }

    static int FloorDivide(int a, int b) => a >= 0 ? a / b : -((-a + b - 1) / b);

    readonly record struct SlabEdge(int Front, int Top, int Left, int Planes, int MoreRows, int Width);

    readonly struct Phase(int plane, int row, int column, int start, int count, float* panels)
    {
        public int Plane => plane;
        public int Row => row;
        public int Column => column;
        public int Start => start;
        public int Count => count;
        public float* Panels => panels;
    }
}
