using Ballast.Cli;

#if PICTURES
Ballast.PictureDecoder.Default = new Ballast.PhotoDecoder();
#endif
return Application.Run(args);
