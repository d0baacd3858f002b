import ctypes, sys, os
k=ctypes.WinDLL('kernel32', use_last_error=True)
print(k.DefineDosDeviceW(int(sys.argv[1]), 'S:', sys.argv[2]), ctypes.get_last_error(), os.path.exists('S:\\'))
b=ctypes.create_unicode_buffer(500); print(k.QueryDosDeviceW('S:', b, 500), b.value)
